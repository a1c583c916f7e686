-- C6: the months in which a run's pay was earned sum to its register, by company.
with earned as (
    select
        labor.source_instance,
        labor.pay_run_number,
        labor.company_key,
        sum(pay.labor_amount) as labor_amount
    from {{ ref('int_labor__pay_month') }} as pay
    inner join {{ ref('fct_labor') }} as labor on pay.labor_key = labor.labor_key
    group by labor.source_instance, labor.pay_run_number, labor.company_key
)

select
    register.payroll_register_key,
    register.register_amount,
    earned.labor_amount
from {{ ref('fct_payroll_register') }} as register
left join earned
    on
        register.source_instance = earned.source_instance
        and register.pay_run_number = earned.pay_run_number
        and register.company_key = earned.company_key
where register.register_amount <> coalesce(earned.labor_amount, 0)

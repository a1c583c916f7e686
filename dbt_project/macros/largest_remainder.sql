{#
    An amount of money shared out by weights, to the cent: what each row of `relation` gets of the `amount` that all rows of
    its `pool` name. Cents that are left after rounding towards zero go to the largest remainders, of equals to the smaller
    `tie`, so that the shares of a pool always sum to its amount. Weights count to `scale` places, are not below zero, and
    those of a pool are not all zero. Adds the column `shared_amount`.
#}
{% macro shared_by_largest_remainder(relation, pool, amount, weight, tie, scale=6) -%}
    {%- set whole = whole_quotient('weighed.pool_cents * weighed.weight_units', 'weighed.total_units') -%}
    select
        ranked.*,
        cast(
            sign(ranked.{{ amount }}) * {{ from_whole_units(
                'ranked.whole_cents + case when ranked.remainder_rank <= ranked.cents_left then 1 else 0 end', 2
            ) }}
            as decimal(18, 2)
        ) as shared_amount
    from (
        select
            floored.*,
            floored.pool_cents - sum(floored.whole_cents) over (partition by {{ pool | join(', ') }}) as cents_left,
            row_number() over (
                partition by {{ pool | join(', ') }} order by floored.remainder desc, {{ tie }}
            ) as remainder_rank
        from (
            select
                weighed.*,
                {{ whole }} as whole_cents,
                weighed.pool_cents * weighed.weight_units - {{ whole }} * weighed.total_units as remainder
            from (
                select
                    given.*,
                    abs({{ whole_units('given.' ~ amount, 2) }}) as pool_cents,
                    {{ whole_units('given.' ~ weight, scale) }} as weight_units,
                    sum({{ whole_units('given.' ~ weight, scale) }}) over (partition by {{ pool | join(', ') }}) as total_units
                from {{ relation }} as given
            ) as weighed
        ) as floored
    ) as ranked
{%- endmacro %}

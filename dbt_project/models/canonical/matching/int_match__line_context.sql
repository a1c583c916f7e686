{{ config(unit=['match_partition_key']) }}
-- One row per invoice line: what it bills, the order line behind it, and the policy that judges it. `match_qty` counts
-- in base units along the order line's own direction: positive bills, negative credits; a claim on a price moves none.
with document_lines as (
    select
        invoice_line.*,
        po_line.po_key,
        po_line.po_number,
        po_line.po_type,
        po_line.po_status,
        po_line.supplier_key as po_supplier_key,
        po_line.invoicing_supplier_key as po_invoicing_supplier_key,
        po_line.item_key as po_item_key,
        po_line.base_qty as po_base_qty,
        po_line.order_qty as po_order_qty,
        po_line.unit_price as po_unit_price,
        po_line.base_unit_price as po_base_unit_price,
        po_line.pack_num as po_pack_num,
        po_line.pack_den as po_pack_den,
        po_line.currency_code as po_currency_code,
        coalesce(po_line.is_cancelled, false) as is_po_cancelled,
        po_line.po_line_key is not null as has_po_line,
        invoice_line.invoice_status not in ('VOID', 'DRAFT') as is_live,
        case when po_line.order_qty < 0 then -1 else 1 end as direction
    from {{ ref('fct_invoice_line') }} as invoice_line
    left join {{ ref('fct_po_line') }} as po_line on invoice_line.po_line_key = po_line.po_line_key
),

policy_candidates as (
    select
        line.invoice_line_key,
        policy.policy_version,
        policy.match_way,
        policy.is_po_required,
        policy.price_tol_pct_up,
        policy.price_tol_abs_up,
        policy.price_tol_down_pct,
        policy.qty_tol_pct,
        policy.qty_tol_abs,
        policy.over_receipt_tol_pct,
        policy.freight_tol_abs,
        policy.tax_tol_abs,
        policy.receipt_grace_days,
        policy.pack_ratio_tol_pct,
        policy.duplicate_window_days,
        row_number() over (
            partition by line.invoice_line_key
            order by
                case when policy.po_type = '*' then 1 else 0 end,
                case when policy.item_class = '*' then 1 else 0 end,
                policy.policy_version desc
        ) as candidate_rank
    from document_lines as line
    inner join {{ ref('cfg_match_policy') }} as policy
        on
            policy.item_class in (line.item_class, '*')
            and policy.po_type in (coalesce(line.po_type, '*'), '*')
            and coalesce(line.posting_date, cast('1900-01-01' as date)) >= policy.valid_from
            and coalesce(line.posting_date, cast('1900-01-01' as date)) < policy.valid_to
),

-- Two prices are one where they give the same amount to the cent: some sources write amounts only.
at_billed_price as (
    select distinct credit.invoice_line_key
    from document_lines as credit
    inner join document_lines as billed on credit.po_line_key = billed.po_line_key
    where
        credit.has_po_line and credit.invoice_qty * credit.direction < 0
        and billed.is_live and billed.invoice_qty * billed.direction > 0
        and abs(credit.line_amount * billed.base_qty - billed.line_amount * credit.base_qty) <= 0.01 * abs(billed.base_qty)
),

claims as (
    select
        line.invoice_line_key,
        -- A credit at a price that was neither ordered nor billed claims back price, not goods.
        line.is_price_correction or (
            line.has_po_line and line.invoice_qty * line.direction < 0
            and at_billed_price.invoice_line_key is null
            and line.line_amount <> {{ div_exact(
                'cast(line.po_unit_price as decimal(38, 6)) * cast(line.invoice_qty as decimal(38, 6))'
                ~ ' * line.pack_num * line.po_pack_den',
                'cast(line.pack_den as decimal(38, 0)) * line.po_pack_num', 2
            ) }}
        ) as is_price_claim
    from document_lines as line
    left join at_billed_price on line.invoice_line_key = at_billed_price.invoice_line_key
),

final as (
    select
        line.*,
        policy.policy_version,
        policy.match_way,
        policy.is_po_required,
        policy.price_tol_pct_up,
        policy.price_tol_abs_up,
        policy.price_tol_down_pct,
        policy.qty_tol_pct,
        policy.qty_tol_abs,
        policy.over_receipt_tol_pct,
        policy.freight_tol_abs,
        policy.tax_tol_abs,
        policy.receipt_grace_days,
        policy.pack_ratio_tol_pct,
        policy.duplicate_window_days,
        coalesce(claims.is_price_claim, false) as is_price_claim,
        line.line_type = 'ITEM' or (line.line_type = 'FREIGHT' and line.has_po_line) as is_item_like,
        coalesce(case
            when line.is_live and line.has_po_line and not coalesce(claims.is_price_claim, false)
                then {{ to_base_quantity('line.invoice_qty * line.direction', 'line.pack_num', 'line.pack_den', 12) }}
        end, 0) as match_qty,
        coalesce(line.po_key, line.invoice_key) as match_partition_key
    from document_lines as line
    inner join policy_candidates as policy
        on line.invoice_line_key = policy.invoice_line_key and policy.candidate_rank = 1
    left join claims on line.invoice_line_key = claims.invoice_line_key
)

select * from final

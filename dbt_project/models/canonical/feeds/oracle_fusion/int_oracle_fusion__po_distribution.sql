-- One row per distribution of an order line of Oracle; its amount follows from its share.
select
    {{ feed_origin('oracle_fusion') }},
    distribution_id as source_pk,
    purchase_order_line_id as po_line_source_pk,
    cast(distribution_number as integer) as distribution_number,
    account_code as gl_account_source_key,
    cost_center_code as cost_center_source_code,
    charged_percent as distribution_pct,
    cast(null as decimal(18, 2)) as distribution_amount,
    {{ audit_columns('distribution') }}
from {{ ref('stg_oracle_fusion__purchase_order_distribution') }} as distribution

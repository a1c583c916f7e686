{{ config(unit=['source_pk']) }}
-- One row per purchase order line and change of it, as it was landed and never overwritten: what was ordered, of whom, at which
-- price, from changed_at until valid_to. A version of the order that leaves a line as it was is no version of the line; a line
-- that a later version of its order lacks ends there. What changed between two loads is not known.
with landed as (
    {{ united('po_line_version') }}
),

-- What each version says, beside what the one before it said, in texts that may be compared.
compared as (
    select
        landed.*,
        version_no - lag(version_no) over line_history as versions_since,
        is_cancelled and not lag(is_cancelled) over line_history as is_newly_cancelled,
        lag(is_cancelled) over line_history and not is_cancelled as is_no_longer_cancelled,
        coalesce(supplier_source_key, '') <> coalesce(lag(supplier_source_key) over line_history, '') as is_other_supplier,
        coalesce(item_source_key, '') <> coalesce(lag(item_source_key) over line_history, '') as is_other_item,
        coalesce(source_uom_code, '') <> coalesce(lag(source_uom_code) over line_history, '') as is_other_unit,
        coalesce(order_qty, 0) <> coalesce(lag(order_qty) over line_history, 0) as is_other_qty,
        coalesce(unit_price, 0) <> coalesce(lag(unit_price) over line_history, 0)
        or coalesce(currency_code, '') <> coalesce(lag(currency_code) over line_history, '') as is_other_price,
        coalesce(contract_number, '') <> coalesce(lag(contract_number) over line_history, '') as is_other_contract
    from landed
    window line_history as (partition by source_instance, source_pk order by version_no)
),

judged as (
    select
        compared.*,
        case
            when versions_since is null then 'CREATED'
            when versions_since > 1 or is_no_longer_cancelled then 'RESTORED'
            when is_newly_cancelled then 'CANCELLED'
            when is_other_supplier then 'SUPPLIER'
            when is_other_item then 'ITEM'
            when is_other_unit then 'UNIT'
            when is_other_qty and is_other_price then 'QUANTITY_AND_PRICE'
            when is_other_qty then 'QUANTITY'
            when is_other_price then 'PRICE'
            when is_other_contract then 'CONTRACT'
        end as change_reason
    from compared
),

numbered as (
    select
        judged.*,
        count(change_reason) over (
            partition by source_instance, source_pk order by version_no rows unbounded preceding
        ) as line_version_no
    from judged
),

-- How long a version of the line lasts: through all versions of the order that leave it so.
lasting as (
    select
        source_instance,
        source_pk,
        line_version_no,
        max(coalesce(next_version_at, {{ no_end_at() }})) as valid_to
    from numbered
    group by source_instance, source_pk, line_version_no
)

select
    {{ surrogate_key(['version.source_instance', 'version.source_pk', 'version.line_version_no']) }} as po_line_version_key,
    {{ surrogate_key(['version.source_instance', 'version.source_pk']) }} as po_line_key,
    {{ surrogate_key(['version.source_instance', 'version.po_source_key']) }} as po_key,
    cast(version.line_version_no as integer) as version_number,
    version.change_reason,
    version.source_version_at as changed_at,
    lasting.valid_to,
    lasting.valid_to = {{ no_end_at() }} as is_current,
    version.po_number,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    version.order_qty,
    version.source_uom_code,
    version.unit_price,
    version.line_amount,
    version.currency_code,
    version.contract_number,
    version.is_cancelled,
    version.source_system,
    version.source_instance,
    version.source_pk,
    {{ audit_columns('version') }}
from numbered as version
inner join lasting
    on
        version.source_instance = lasting.source_instance
        and version.source_pk = lasting.source_pk
        and version.line_version_no = lasting.line_version_no
{{ item_join('version', 'reference') }}
{{ supplier_join('version', 'supplier') }}
where version.change_reason is not null

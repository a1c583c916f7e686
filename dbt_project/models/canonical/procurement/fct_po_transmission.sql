-- One row per purchase order that a procurement service sent to its supplier: how, and when the supplier acknowledged it. What
-- was answered line by line is not known to any source yet.
with transmissions as (
    {{ united('po_transmission') }}
)

select
    {{ surrogate_key(['source_instance', 'source_pk']) }} as po_transmission_key,
    {{ surrogate_key(['po_instance', 'po_source_key']) }} as po_key,
    transmission_status,
    acknowledged_at,
    source_system,
    source_instance,
    source_pk,
    {{ audit_columns('transmissions') }}
from transmissions

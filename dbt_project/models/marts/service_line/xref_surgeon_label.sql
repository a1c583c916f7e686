{{ config(schema='restricted') }}
-- One row per surgeon and procedure with a row of mart_physician_variation: whose label it is, for those who review surgeons.
select distinct
    facility_key,
    procedure_group,
    surgeon_label,
    surgeon_key
from {{ ref('int_variation__case') }}
where surgeon_label <> 'POOLED'

{{ config(schema='mart_procurement', materialized='view') }}
select supplier_key, supplier_name from {{ ref('dim_supplier') }}

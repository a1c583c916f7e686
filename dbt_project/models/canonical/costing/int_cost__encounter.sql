{{ config(schema='restricted', materialized='view') }}
-- One row per encounter, month, department, kind of cost and method: what the encounter cost. An encounter to which nothing came
-- has one row of zero in the month it began, so that none is lost.
select * from {{ ref('int_cost__borne') }}
union all
select * from {{ ref('int_cost__costless') }}

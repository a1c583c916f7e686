{{ config(unit=['partition_key']) }}
-- One row per billing or crediting invoice line: what is left of its quantity after credits, newest billed first.
{{ surviving_quantities(ref('int_match__invoice_event')) }}

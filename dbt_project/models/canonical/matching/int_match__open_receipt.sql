{{ config(unit=['partition_key']) }}
-- One row per receipt or return: what is left of it after returns and reversals, newest open receipt first.
{{ surviving_quantities(ref('int_match__receipt_event')) }}

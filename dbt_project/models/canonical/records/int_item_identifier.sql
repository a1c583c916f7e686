-- One row per identifier that a source system's item carries, as the source writes it: valid or not is mastering's to say.
{{ united('item_identifier') }}

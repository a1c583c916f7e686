-- One row per account that the ledgers and budgets in files name.
{{ accounts_in_use('finance_files', [
    ('ledger_line', 'gl_account_code'),
    ('budget_line', 'gl_account_code'),
]) }}

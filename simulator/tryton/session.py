"""A session of the client in a database of the server, and the account through which the pipeline reads.

Belongs here: opening a database, the reading user with the groups it needs, its key.
Does not belong here: anything about purchases, stock or invoices.
"""

from __future__ import annotations

import os
from pathlib import Path

from proteus import Model, config

READER = "warehouse"
# Without the group of a module its fields are left out of every answer, without an error.
READER_GROUPS = ["Accounting", "Payment", "Purchase", "Purchase Request", "Purchase Requisition", "Stock"]


def connect(configuration: Path, database: str):
    """Work in `database` as the administrator, in this process (no HTTP): an order takes a second instead of three."""
    settings = config.set_trytond(f"sqlite:///{database}", config_file=str(configuration))
    settings.skip_warning = True  # dates in the past and similar references are what the story is about
    return settings


def create_reader(key_file: Path) -> None:
    """A user that may read what the contracts name and own nothing, and the key of its application."""
    group_model, user_model = Model.get("res.group"), Model.get("res.user")
    (company,) = Model.get("company.company").find([])
    reader = user_model(name="Warehouse reader", login=READER)
    reader.groups.extend(group_model.find([("name", "in", READER_GROUPS)]))
    reader.companies.append(company)
    reader.company = company
    reader.save()
    application = Model.get("res.user.application")(user=reader, application="rest")
    application.save()
    if application.state != "validated":
        application.click("validate_")
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(application.key)

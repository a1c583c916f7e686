"""The same models on PostgreSQL, from the same raw rows: every mart equal to DuckDB's, row by row."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.dbt.history import ITEM, ITEM_SQL, SUPPLIER_NAMES, SUPPLIER_SQL, build_history, tell
from tests.dbt.runs import Project, row_hashes

psycopg = pytest.importorskip("psycopg", reason="install the extra `postgres`")
pytest.importorskip("dbt.adapters.postgres", reason="install the extra `postgres`")
if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
    pytest.skip("no PostgreSQL binaries (initdb, pg_ctl) in PATH", allow_module_level=True)


@pytest.fixture(scope="module")
def postgres_port() -> Iterator[int]:
    """A throwaway cluster on loopback, run by an unprivileged user: the server refuses to run as root."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="parline_pg_") as folder:
        as_user: list[str] = []
        if os.geteuid() == 0:
            server_user = pwd.getpwnam("nobody")
            os.chown(folder, server_user.pw_uid, server_user.pw_gid)
            as_user = ["setpriv", f"--reuid={server_user.pw_uid}", f"--regid={server_user.pw_gid}", "--clear-groups"]
        data, log = f"{folder}/data", f"{folder}/log"
        command = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([*as_user, "initdb", "-D", data, "-U", "parline", "--auth=trust", "--encoding=UTF8", "--locale=C",
                        "--no-sync"], **command)  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([*as_user, "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start"], **command)
        try:
            with psycopg.connect(
                f"host=127.0.0.1 port={port} user=parline dbname=postgres", autocommit=True
            ) as connection:
                connection.execute("create database parline")
            yield port
        finally:
            subprocess.run([*as_user, "pg_ctl", "-D", data, "-m", "immediate", "stop"], **command)


def test_postgresql_builds_the_same_marts_row_by_row(
    project: Project, raw_hospital: Path, built_hospital: Path, postgres_port: int, tmp_path: Path
) -> None:
    address = f"host=127.0.0.1 port={postgres_port} user=parline dbname=parline"
    copy_raw_tables(raw_hospital, address)
    on_postgres = Project(tmp_path, "postgres", {"PARLINE_POSTGRES_PORT": str(postgres_port)})
    on_postgres.run(["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"])
    sql = on_postgres.row_hashes_sql()
    with psycopg.connect(address) as connection:
        on_postgresql = set(connection.execute(sql).fetchall())
        ((spend,),) = connection.execute(
            "select sum(spend_net_amount) from mart_procurement.mart_spend_cube"
        ).fetchall()
    on_duckdb = row_hashes(project, built_hospital)
    with duckdb.connect(str(built_hospital), read_only=True) as connection:
        ((same_spend,),) = connection.execute(
            "select sum(spend_net_amount) from mart_procurement.mart_spend_cube"
        ).fetchall()
    assert spend == same_spend
    assert {mart: len(on_duckdb ^ on_postgresql) for mart, _ in on_duckdb ^ on_postgresql} == {}


def test_postgresql_tells_the_same_history(raw_hospital: Path, postgres_port: int, tmp_path: Path) -> None:
    told, server = tmp_path / "told.duckdb", f"host=127.0.0.1 port={postgres_port} user=parline"
    shutil.copy(raw_hospital, told)
    tell(told, (5, 3, 1, 4, 2, 0))
    with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as connection:
        connection.execute("create database history")
    copy_raw_tables(told, f"{server} dbname=history")
    environment = {"PARLINE_POSTGRES_PORT": str(postgres_port), "PARLINE_POSTGRES_DATABASE": "history"}
    build_history(Project(tmp_path, "postgres", environment))
    with psycopg.connect(f"{server} dbname=history") as connection:
        assert connection.execute(ITEM_SQL).fetchall() == ITEM
        assert connection.execute(SUPPLIER_SQL).fetchall() == SUPPLIER_NAMES


def copy_raw_tables(warehouse: Path, address: str) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as source, psycopg.connect(address) as target:
        tables = source.execute(
            "select table_schema, table_name, string_agg(column_name || ' ' || data_type, ', ' "
            "order by ordinal_position) from information_schema.columns "
            "where table_schema in ('ops', 'mastering', 'costing') or table_schema like 'raw_%' "
            "group by 1, 2 order by 1, 2"
        ).fetchall()
        for schema in sorted({schema for schema, _, _ in tables}):
            target.execute(f"create schema {schema}")
        for schema, table, columns in tables:
            target.execute(f"create table {schema}.{table} ({columns.replace('DOUBLE', 'double precision')})")
            rows = source.execute(f"select * from {schema}.{table}").fetchall()
            with target.cursor().copy(f"copy {schema}.{table} from stdin") as copy:
                for row in rows:
                    copy.write_row(row)

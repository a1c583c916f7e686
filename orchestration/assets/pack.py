"""The executive pack as the asset after the published database: written into its build, swapped in with one rename.

Not here: what the pages say and how they look (bi/), where builds lie (publish.py).
"""

import dagster as dg

from bi.build import write_pack
from bi.pages import PAGES
from ingestion.settings import Settings
from orchestration.naming import PACK_KEY, PUBLISHED_KEY, identity
from orchestration.publish import current_build, pack_of, swap_in_pack


def pack_asset(settings: Settings) -> dg.AssetsDefinition:
    """One asset: a folder of pages that a browser opens from the disk or a web server."""
    named = identity(tuple(PACK_KEY.path), None, layer="published")

    @dg.asset(
        key=named.key,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"html"},
        deps=[PUBLISHED_KEY],
        description="The executive pack: " + "; ".join(f"{page.title}: {page.asks}" for page in PAGES),
    )
    def pack(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        build = current_build(settings.published_dir)
        if build is None:
            raise dg.Failure("Nothing is published yet: materialize published/analytics first.", allow_retries=False)
        folder = pack_of(build)
        if not folder.exists():
            write_pack(build.database, folder)
        index = swap_in_pack(settings.published_dir, build)
        context.log.info(f"Open {index}")
        return dg.MaterializeResult(
            metadata={
                "build_id": build.build_id,
                "open": dg.MetadataValue.url(index.resolve().as_uri()),
                "pages": len(PAGES),
                "bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
            }
        )

    return pack


def required_tables() -> set[str]:
    """What the pack is made of, as schema.table; a dbt project without them has no pack."""
    return {
        dataset.relation for page in PAGES for dataset in page.datasets.values() if not dataset.relation.startswith("(")
    }

"""The executive pack: a folder of static pages, made from the published database and from nothing else.

Belongs here: what the pages show (pages/), how a page is described (model.py) and written (build.py), its looks and its
behaviour in a browser (static/, templates/). Not here: any rule of business (dbt), and when the pack is made (orchestration).
"""

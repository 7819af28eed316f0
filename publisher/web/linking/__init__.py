"""What other datasets find, match and join us by: look-up, reconciliation, fragments, and programs' interfaces."""

from flask import Blueprint

from publisher.web.linking import fragments, linksets, programs, questions, reconciliation, resolving, rpc
from publisher.web.linking.programs import Routes
from publisher.web.site import Site


def blueprints(site: Site, routes: Routes) -> tuple[Blueprint, ...]:
    """Give the routes by which a site is linked to; ``routes`` gives all routes, for their description.

    The reconciliation service is there only where the site has an index of names.
    """
    return (
        fragments.blueprint(site),
        linksets.blueprint(site),
        programs.blueprint(site, routes),
        questions.blueprint(site),
        rpc.blueprint(site),
        resolving.blueprint(site),
        reconciliation.blueprint(site),
    )

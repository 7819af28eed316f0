"""Serving a site: what is opened, the server and its processes, the live release, and pages made ahead."""

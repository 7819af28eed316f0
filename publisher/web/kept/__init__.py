"""Finished answers: kept in memory and on disk, and sent from there before anything else is asked."""

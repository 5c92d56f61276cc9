"""Stages that run code of the user."""

"""Customers: classes, lists, marks and tasks about them."""

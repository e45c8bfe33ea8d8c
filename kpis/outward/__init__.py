"""What kpis tell the apps further left: goods, stock, campaigns, deals, what hangs on a store."""

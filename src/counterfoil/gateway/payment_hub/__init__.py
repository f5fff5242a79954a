"""The rails to a Mifos Payment Hub EE: single transfers (`rail`) and its bulk file (`bulk`)."""

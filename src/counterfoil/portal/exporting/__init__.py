"""Lists as files for a spreadsheet: CSV and XLSX, of whatever a list is filtered and sorted by."""

"""What an auditor recomputes: control totals and the workbook."""

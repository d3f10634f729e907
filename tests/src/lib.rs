//! Whole-system scenarios through real processes: the command line here in Rust (`system/`), the MCP server
//! through the Python SDK (`clients/`), what an agent sees in a minute (`demo.py`), and what it waits for
//! (`bench.py`). Nothing here knows a private function.

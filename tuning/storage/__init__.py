"""The store of studies: database, claims, records. The system of record."""

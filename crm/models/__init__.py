from crm.models.customers import Customer, Phone
from crm.models.handing_in import (
    ApiHandIn,
    ColumnName,
    DailyFile,
    MendedFile,
    ReviewRule,
    UploadProgress,
)
from crm.models.interactions import Interaction
from crm.models.merges import DuplicatePair, Merge
from crm.models.postings import EarlierState, PostedRows, RepeatedRows
from crm.models.records import Repair, RepairLine, Sale
from crm.models.uploads import UploadBatch, UploadRow
from crm.models.vehicles import Ownership, Vehicle

__all__ = [
    "ApiHandIn",
    "ColumnName",
    "Customer",
    "DailyFile",
    "DuplicatePair",
    "EarlierState",
    "Interaction",
    "MendedFile",
    "Merge",
    "Ownership",
    "Phone",
    "PostedRows",
    "Repair",
    "RepairLine",
    "RepeatedRows",
    "ReviewRule",
    "Sale",
    "UploadBatch",
    "UploadProgress",
    "UploadRow",
    "Vehicle",
]

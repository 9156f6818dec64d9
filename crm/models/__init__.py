from crm.models.customers import Customer, Phone
from crm.models.interactions import Interaction
from crm.models.records import Repair, RepairLine, Sale
from crm.models.uploads import UploadBatch, UploadRow
from crm.models.vehicles import Ownership, Vehicle

__all__ = [
    "Customer",
    "Interaction",
    "Ownership",
    "Phone",
    "Repair",
    "RepairLine",
    "Sale",
    "UploadBatch",
    "UploadRow",
    "Vehicle",
]

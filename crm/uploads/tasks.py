from crm.uploads.services import post_batch


def post(batch_id: int) -> int:
    return post_batch(batch_id)

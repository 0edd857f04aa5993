"""Is the server there?"""

from fastapi import APIRouter

router = APIRouter(tags=["health"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def health() -> dict[str, str]:
    """Answer that the server is up."""
    return {"status": "ok"}

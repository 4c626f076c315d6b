"""The signature of a POST Object form, which covers the form's policy and nothing else (cos.md section 1.6)."""

from __future__ import annotations

from collections.abc import Mapping

from ci_emulator.auth import checks
from ci_emulator.auth.cos_q_canonical import sha1_hex
from ci_emulator.auth.cos_q_sign import post_form_signature
from ci_emulator.auth.cos_q_signature import NO_TOKEN, Malformed, SentToken, credential_of, of_form
from ci_emulator.auth.credentials import CredentialSource, same_text
from ci_emulator.auth.model import Reason, Verdict, refuse


def verify(
    fields: Mapping[str, str],
    policy_text: bytes | None,
    credentials: CredentialSource,
    now: float,
    *,
    check_signature: bool = True,
) -> Verdict:
    """Judge a form at `now` (unix seconds) by its fields, whose names are lower-case.

    `policy_text` is the policy as it decodes, None when the form has none. Whether the upload is one that the policy
    allows is for others to say. The order and `check_signature` are those of `cos_q_sign.verify`.
    """
    signature = of_form(fields)
    if signature is None:
        return refuse(Reason.UNSIGNED, "neither a policy nor q-* fields in the form")
    if isinstance(signature, Malformed):
        return refuse(Reason.MALFORMED, signature.why)
    if policy_text is None:
        return refuse(Reason.MALFORMED, "the form has a signature but no policy", signature.secret_id)
    sent = fields.get("x-cos-security-token")
    token = SentToken((sent,)) if sent else NO_TOKEN
    credential = credential_of(signature, credentials, now, token, check_signature=check_signature)
    if isinstance(credential, Verdict):
        return credential
    wanted = post_form_signature(credential.secret_key, signature.key_time, policy_text)
    if check_signature and not same_text(wanted, signature.signature):
        return Verdict(
            reason=Reason.SIGNATURE_MISMATCH,
            string_to_sign=sha1_hex(policy_text),
            diagnosis="the secret is wrong, or the policy was changed after it was signed (every blank counts)",
            secret_id=signature.secret_id,
        )
    return checks.accept(credential, token.readings, now)

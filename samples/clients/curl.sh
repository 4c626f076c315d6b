#!/bin/sh
# curl at the emulator, with a COS signature made by openssl: a QR code is generated, stored, and read again.
set -eu
emulator="http://${CI_EMULATOR:-127.0.0.1:9000}"
id=AKIDci0emulator0local0secret0id00000 # the published pair
key=ci0emulator0local0secretkey000000
bucket=samples-1250000000.cos.ap-guangzhou.myqcloud.com
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

hash() { openssl dgst -sha1 "$@" | sed 's/.* //'; }

authorization() { # method in lower case, host, path
    times="$(($(date +%s) - 60));$(($(date +%s) + 600))"
    sign_key=$(printf %s "$times" | hash -hmac "$key")
    request=$(printf '%s\n%s\n\nhost=%s\n' "$1" "$3" "$2" | hash)
    signature=$(printf 'sha1\n%s\n%s\n' "$times" "$request" | hash -hmac "$sign_key")
    printf 'Authorization: q-sign-algorithm=sha1&q-ak=%s&q-sign-time=%s&q-key-time=%s' "$id" "$times" "$times"
    printf '&q-header-list=host&q-url-param-list=&q-signature=%s' "$signature"
}

call() { curl --silent --show-error --fail --proxy "$emulator" "$@"; }

call --header "$(authorization get $bucket /)" --output "$work/made.xml" \
    "http://$bucket/?ci-process=qrcode-generate&qrcode-content=https%3A%2F%2Fwww.example.com&width=200"
sed 's/.*<ResultImage>//; s/<.*//' "$work/made.xml" >"$work/made.base64"
openssl base64 -d -A -in "$work/made.base64" -out "$work/made.png"

call --header "$(authorization put $bucket /made.png)" --upload-file "$work/made.png" "http://$bucket/made.png"
call --header "$(authorization get $bucket /made.png)" "http://$bucket/made.png" | cmp - "$work/made.png"
call --header "$(authorization delete $bucket /made.png)" --request DELETE "http://$bucket/made.png"

printf '{"ImageBase64":"%s"}' "$(cat "$work/made.base64")" >"$work/question.json"
call --header "$(authorization post ocr.tencentcloudapi.com /)" --header 'Content-Type: application/json' \
    --header 'X-TC-Action: QrcodeOCR' --header 'X-TC-Version: 2018-11-19' --data "@$work/question.json" \
    http://ocr.tencentcloudapi.com/
echo

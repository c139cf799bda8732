#!/usr/bin/env bash
# Makes the starting corpora again, with OpenSSL and with a throwaway authority of our own.
# Run it from the repository root after `make build`. Inputs that a fuzzer found are kept.
set -euo pipefail

corpus=fuzz/corpus
meridian=target/release/meridian
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
for target in request token response certificate note checkpoint proof leaf pem verify; do
    mkdir -p "$corpus/$target"
done
printf 'a document\n' >"$work/doc"

# Requests: every digest served, and what is refused by name.
for digest in sha256 sha384 sha512 sha3-256 sha3-384 sha3-512 sha512-256 sha1 md5; do
    openssl ts -query -data "$work/doc" -"$digest" -cert -out "$corpus/request/$digest.tsq"
done
openssl ts -query -data "$work/doc" -sha256 -no_nonce -out "$corpus/request/no-nonce.tsq"
openssl ts -query -data "$work/doc" -sha256 -tspolicy 1.2.3.4 -out "$corpus/request/other-policy.tsq"
# An extension, and an explicit certReq FALSE: OpenSSL writes neither.
openssl asn1parse -noout -out "$corpus/request/extension.tsq" -genconf - <<'CONF'
asn1 = SEQUENCE:req
[req]
version = INTEGER:1
imprint = SEQUENCE:imprint
certReq = BOOLEAN:FALSE
extensions = IMPLICIT:0,SEQUENCE:extensions
[imprint]
algorithm = SEQUENCE:algorithm
digest = FORMAT:HEX,OCTETSTRING:0000000000000000000000000000000000000000000000000000000000000000
[algorithm]
oid = OID:2.16.840.1.101.3.4.2.1
null = NULL
[extensions]
one = SEQUENCE:extension
[extension]
oid = OID:1.2.3.4
value = FORMAT:HEX,OCTETSTRING:0500
CONF

# An OpenSSL authority: DER tokens, a refusal, a BER token, certificates, a CRL.
cat >"$work/openssl.cnf" <<CONF
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[tsa]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectAltName = DNS:tsa.example,URI:http://tsa.example/
[ca]
default_ca = ca_default
[ca_default]
database = $work/index.txt
crlnumber = $work/crlnumber
default_md = sha384
default_crl_days = 30
[tsa_config]
serial = $work/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = yes
ess_cert_id_alg = sha256
signer_digest = sha384
CONF
ca() { openssl req -config "$work/openssl.cnf" -x509 -newkey "$1" -pkeyopt "$2" -nodes -days 3650 \
    -extensions root -subj "$3" -keyout "$work/root.key" -out "$work/root.pem" 2>/dev/null; }
ca ec ec_paramgen_curve:P-384 '/CN=Corpus Root/O=Nobody/C=XX'
openssl req -config "$work/openssl.cnf" -newkey rsa:2048 -nodes -subj '/CN=Corpus TSA' \
    -keyout "$work/tsa.key" -out "$work/tsa.csr" 2>/dev/null
openssl x509 -req -in "$work/tsa.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -days 3650 \
    -set_serial 0x1234567890abcdef -extfile "$work/openssl.cnf" -extensions tsa \
    -out "$work/tsa.pem" 2>/dev/null
echo 01 >"$work/serial"
echo 01 >"$work/crlnumber"
: >"$work/index.txt"
reply() { openssl ts -reply -config "$work/openssl.cnf" -section tsa_config \
    -queryfile "$corpus/request/$1.tsq" -signer "$work/tsa.pem" -inkey "$work/tsa.key" \
    -chain "$work/root.pem" "${@:2}" 2>/dev/null; }
reply sha256 -out "$corpus/response/openssl-granted.tsr"
reply sha1 -out "$corpus/response/openssl-refused.tsr" || true
reply sha256 -token_out -out "$corpus/token/openssl-chain.der"
reply no-nonce -token_out -out "$corpus/token/openssl-bare.der"
openssl cms -verify -noverify -inform DER -in "$corpus/token/openssl-bare.der" \
    -certfile "$work/tsa.pem" -binary -out "$work/tstinfo.der" 2>/dev/null
openssl cms -sign -stream -nodetach -binary -cades -md sha256 -in "$work/tstinfo.der" \
    -econtent_type 1.2.840.113549.1.9.16.1.4 -signer "$work/tsa.pem" -inkey "$work/tsa.key" \
    -outform DER -out "$corpus/token/openssl-ber.der"
for name in root tsa; do
    openssl x509 -in "$work/$name.pem" -outform DER -out "$corpus/certificate/openssl-$name.der"
done
openssl ca -config "$work/openssl.cnf" -revoke "$work/tsa.pem" -keyfile "$work/root.key" \
    -cert "$work/root.pem" 2>/dev/null
openssl ca -config "$work/openssl.cnf" -gencrl -keyfile "$work/root.key" -cert "$work/root.pem" \
    -out "$work/crl.pem" 2>/dev/null
openssl crl -in "$work/crl.pem" -outform DER -out "$corpus/certificate/openssl.crl"

# Bundles. The key is Ed25519 of 32 zero octets: nobody's.
cat "$work/tsa.pem" "$work/root.pem" >"$corpus/pem/chain.pem"
cp "$corpus/certificate/openssl-root.der" "$corpus/pem/one.der"
{
    echo '-----BEGIN PRIVATE KEY-----'
    echo 'MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    echo '-----END PRIVATE KEY-----'
} >"$corpus/pem/nobodys-key.pem"

# An authority of ours: tokens of both policies, with and without certificates, and its log.
"$meridian" init "$work/data" >/dev/null
"$meridian" serve "$work/data" --listen 127.0.0.1:39161 2>/dev/null &
server=$!
url=http://127.0.0.1:39161
for _ in $(seq 100); do curl -sf "$url/log/checkpoint" >/dev/null && break || sleep 0.1; done
mkdir -p fuzz/trust
cp "$work/data/pki/root.pem" fuzz/trust/root.pem
cp "$work/data/pki/log.vkey" fuzz/trust/log.vkey
for name in root tsu; do
    openssl x509 -in "$work/data/pki/$name.pem" -outform DER -out "$corpus/certificate/ours-$name.der"
done
stamp() { curl -sf -H 'Content-Type: application/timestamp-query' --data-binary "@$1" "$url/tsa"; }
for name in sha256 sha3-512 no-nonce sha1; do
    stamp "$corpus/request/$name.tsq" >"$corpus/response/ours-$name.tsr"
done
for name in sha256 sha3-512 no-nonce; do
    openssl ts -reply -in "$corpus/response/ours-$name.tsr" -token_out \
        -out "$corpus/token/ours-$name.der" 2>/dev/null
    cp "$corpus/token/ours-$name.der" "$corpus/verify/"
done
cp "$corpus"/token/openssl-*.der "$corpus/verify/"
cp "$corpus/token/openssl-bare.der" "$corpus/certificate/not-a-certificate.der"
curl -sf "$url/log/checkpoint" >"$corpus/note/checkpoint.note"
cp "$work/data/pki/log.vkey" "$corpus/note/key.vkey"
sed '/^$/,$d' "$corpus/note/checkpoint.note" >"$corpus/checkpoint/ours.txt"
printf '%s\nan extension\n' "$(cat "$corpus/checkpoint/ours.txt")" >"$corpus/checkpoint/extension.txt"
for serial in 0 1 2 3; do
    curl -sf "$url/v1/proofs/$serial" >"$corpus/proof/$serial.tlog-proof" || continue
    sed -n 's/^extra //p' "$corpus/proof/$serial.tlog-proof" | base64 -d >"$corpus/leaf/$serial.der"
done

# Witnesses: the vectors, as both sides of the protocol write them.
mkdir -p "$corpus/add_checkpoint" "$corpus/witness_answer"
c2sp() { sed '1,/^$/d' "rfc-vectors/c2sp/$1.txt"; }
hash=/KifV8n4yOtAR6f/nTM6z54PM4SyCyVbzqsPIW3Momc=
{ printf 'old 0\n\n' && c2sp note-checkpoint-5; } >"$corpus/add_checkpoint/first.txt"
{ printf 'old 3\n%s\n%s\n%s\n%s\n\n' $hash $hash $hash $hash && c2sp note-checkpoint-5; } \
    >"$corpus/add_checkpoint/proof.txt"
cosignature=$(c2sp note-checkpoint-5 | tail -n 1)
printf '200 text/plain\n%s\n%s\n' "$cosignature" "$cosignature" >"$corpus/witness_answer/200.txt"
printf '409 text/x.tlog.size\n5\n' >"$corpus/witness_answer/409.txt"
printf '422 text/plain\nno\n' >"$corpus/witness_answer/422.txt"

# Location: the vectors, and two requests.
mkdir -p "$corpus/claim" "$corpus/disclosures" "$corpus/location_request"
vector() { sed '1,/^$/d' "rfc-vectors/location/$1.txt" | base64 -d; }
for name in private country country-cell country-point minimal; do
    vector "claim-$name" >"$corpus/claim/$name.der"
done
vector disclosures >"$corpus/disclosures/disclosures.der"
zeros=00000000000000000000000000000000
printf %s "301502010180 10$zeros" | xxd -r -p >"$corpus/location_request/ticket.der"
printf %s "303a020101a11b3019020101 0c106170706c69636174696f6e2f6a736f6e 04027b7d \
    820300802083 0102 8410$zeros" | xxd -r -p >"$corpus/location_request/inline.der"

# Location: bundles, evidence that answers the challenge of the target, policies.
mkdir -p "$corpus/bundle" "$corpus/evidence" "$corpus/policy"
len() { if (($1 < 128)); then printf %02x "$1"; elif (($1 < 256)); then printf 81%02x "$1"; else printf 82%04x "$1"; fi; }
tlv() { local body=${*:2}; body=${body// /}; printf '%s%s%s' "$1" "$(len $((${#body} / 2)))" "$body"; }
times() { printf "$1%.0s" $(seq "$2"); }
text() { printf %s "$1" | xxd -p -c 999; }
sha() { xxd -r -p | openssl dgst -sha256 -binary | xxd -p -c 99; }
base64url() { xxd -r -p | base64 -w0 | tr +/ -_ | tr -d =; }
policy=06232a864886f71401be40937ae80882c14283807a818f6182cc2d829fc15187fff861030a
key=302a300506032b6570032100$(times 07 32)
spki=$(printf %s "$key" | sha)
json=$(text '{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5}')
item=$(tlv 30 "$(tlv 04 "$(times 03 32)")" 020101 "$(tlv 0c "$(text application/json)")" "$(tlv 04 "$json")")
when="$(tlv 04 "$(times 01 32)") 020601a209d5d0a2 020601a209d5fb9a $policy"
bundle() { tlv 30 020101 "$(tlv 30 "$1")" "$(tlv 30 "$2")" | xxd -r -p; }
bundle "$when" "$item" >"$corpus/bundle/least.der"
subject=$(tlv a1 "$(tlv 04 "$key")" 0a0103 800601a209d5d0a2)
bundle "$when $(tlv 80 "$(times 04 32)") $subject $(tlv 82 "$spki")" "$item $item" \
    >"$corpus/bundle/full.der"
nonce=$(printf %s "$(text LS1-nonce)$(times 01 32)$(times 00 32)$spki$policy" | sha)
evidence() { printf %s "$2" >"$corpus/evidence/$1"; }
evidence asserted.json '0{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"altitude":83,"altitude-accuracy":9,"heading":270,"speed":1.5,"timestamp":1795461346,"confidence":0.68,"method":"fused","mock":false,"platform":"android"}'
evidence typed-in.json '0{"latitude":-90,"longitude":0,"accuracy":1000,"method":"manual","age":30}'
head=$(text '{"alg":"EdDSA","typ":"JWT"}' | base64url)
claims='{"eat_nonce":"'$(printf %s "$nonce" | base64url)'","iat":1795461347,"location":{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"timestamp":1795461346}}'
evidence signed.jwt "2$head.$(text "$claims" | base64url).$(times 00 64 | base64url)"
# {10: nonce, 6: 1795461347, 264: {1: 48.85837, 2: 2.29448, 4: 6.5, 8: 1795461346}}
cwt=a30a5820${nonce}061a6b0490e3190108a401fb40486ddf1172ef0b02fb40025b18548a9bd004f94680081a6b0490e2
{
    printf 1
    printf %s "d28443a10127a058$(printf %02x $((${#cwt} / 2)))${cwt}5840$(times 00 64)" | xxd -r -p
} >"$corpus/evidence/signed.cwt"
database='"sha256":"'$(times 00 32)'","type":"Test","built":1795000000'
evidence address.json '3{"ip":"192.0.2.1","country":{'$database',"answer":{"found":{"country":"FR","centre":{"lat_e7":488000000,"lon_e7":23000000,"radius_mm":20000000,"confidence":670}}}},"anonymous":{'$database',"answer":"not_in_database"}}'
neighbour='"lat_e7":488583700,"lon_e7":22944800,"radius_mm":6500,"max_error_ms":1500,"level":1'
evidence history.json '4{"before":{'$neighbour',"fix_time_ms":1795461000000},"after":null}'
cp "$work/data/location-policy.json" "$corpus/policy/evaluation.json"
# Paths, lists and responses: unsigned, because the targets sign them with keys whose seed is
# their number 32 times. The names are those of fuzz/targets/src/authority.rs.
mkdir -p "$corpus/path" "$corpus/crl" "$corpus/ocsp" "$corpus/tlog_policy" "$work/new"
cat >"$work/trust.cnf" <<CONF
[req]
distinguished_name = dn
[dn]
[ca]
[ca_ca]
database = $work/trust.txt
crlnumber = $work/trust.number
certificate = $work/2.pem
private_key = $work/2.key
default_md = default
default_crl_days = 1
[plain]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[bounded]
basicConstraints = critical,CA:TRUE,pathlen:1
keyUsage = critical,keyCertSign,cRLSign
extendedKeyUsage = timeStamping
nameConstraints = critical,permitted;dirName:cn_fuzz,excluded;DNS:.example,permitted;email:example.org,permitted;IP:10.0.0.0/255.0.0.0,permitted;URI:example.org
[cn_fuzz]
CN = Fuzz 3
[policies]
basicConstraints = critical,CA:TRUE
certificatePolicies = 1.2.3.1,1.2.3.2
policyMappings = 1.2.3.1:1.2.3.4,1.2.3.2:1.2.3.5
policyConstraints = requireExplicitPolicy:0,inhibitPolicyMapping:3
inhibitAnyPolicy = 2
[no_ca]
basicConstraints = critical,CA:FALSE
[unit]
extendedKeyUsage = critical,timeStamping
[unit_policy]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
certificatePolicies = 1.2.3.4
subjectAltName = DNS:tsa.example.org,email:tsa@example.org,IP:10.1.2.3,URI:http://example.org/
crlDistributionPoints = URI:http://example.org/crl
[users]
issuingDistributionPoint = critical,@users_point
[users_point]
onlyuser = TRUE
[authorities]
issuingDistributionPoint = critical,@authorities_point
[authorities_point]
onlyCA = TRUE
[some]
issuingDistributionPoint = critical,@some_point
[some_point]
onlysomereasons = keyCompromise,superseded
[indirect]
issuingDistributionPoint = critical,@indirect_point
[indirect_point]
indirectCRL = TRUE
[delta]
deltaCRL = critical,DER:020101
CONF
# The element at which a line of asn1parse says "d=DEPTH", the NUMBER-th of them.
part() { openssl asn1parse -inform DER -in "$1" -noout -strparse "$2" -out "$3"; }
offset() { openssl asn1parse -inform DER -in "$1" | grep "d=$2 " | sed -n "$3p" | cut -d: -f1 | tr -d ' '; }
# Name and Extensions of a certificate for CN=Fuzz NUMBER with this section.
pair() {
    openssl req -x509 -config "$work/trust.cnf" -newkey ed25519 -nodes -keyout "$work/pair.key" \
        -subj "/CN=Fuzz $1" -extensions "$2" -outform DER -out "$work/pair.der" 2>/dev/null
    part "$work/pair.der" "$(offset "$work/pair.der" 2 6)" "$work/pair.name"
    part "$work/pair.der" "$(offset "$work/pair.der" 3 '$')" "$work/pair.extensions"
    cat "$work/pair.name" "$work/pair.extensions"
}
{ pair 2 plain; pair 3 unit; } >"$corpus/path/plain.der"
{ pair 2 bounded; pair 3 unit_policy; } >"$corpus/path/names.der"
{ pair 2 policies; pair 4 plain; pair 3 unit_policy; } >"$corpus/path/policies.der"
{ pair 2 no_ca; pair 3 unit; } >"$corpus/path/no-authority.der"
pair 3 unit >"$corpus/path/root-only.der"

printf '302e020100300506032b657004220420%s' "$(printf '02%.0s' $(seq 32))" | xxd -r -p |
    openssl pkey -inform DER -out "$work/2.key"
openssl req -x509 -config "$work/trust.cnf" -key "$work/2.key" -subj '/CN=Fuzz 2' \
    -extensions plain -out "$work/2.pem"
# A list with these lines of OpenSSL's index, and these options.
list() {
    printf '%b' "$1" >"$work/trust.txt"
    echo "${number:-01}" >"$work/trust.number"
    openssl ca -config "$work/trust.cnf" -name ca_ca -gencrl -crl_lastupdate "${since:-260701000000Z}" \
        -crl_nextupdate 270701000000Z "${@:2}" -out "$work/list.pem" 2>/dev/null
    openssl crl -in "$work/list.pem" -outform DER -out "$work/list.der"
    part "$work/list.der" "$(offset "$work/list.der" 1 1)" "$work/list.tbs"
    cat "$work/list.tbs"
}
entry() { printf 'R\\t351231235959Z\\t%s\\t03\\tunknown\\t/CN=Fuzz 3\\n' "$1"; }
list '' >"$corpus/crl/empty.der"
since=260301000000Z list '' >"$corpus/crl/old.der"
list "$(entry 260620000000Z,keyCompromise)" >"$corpus/crl/revoked.der"
list "$(entry 260620000000Z,superseded)" >"$corpus/crl/superseded.der"
list "$(entry 260620000000Z)" >"$corpus/crl/no-reason.der"
list "$(entry 260620000000Z,keyTime,20260601000000Z)" >"$corpus/crl/invalid-since.der"
list "$(entry 260620000000Z,holdInstruction,holdInstructionReject)" >"$corpus/crl/hold.der"
list '' -crlexts users >"$corpus/crl/users.der"
list '' -crlexts authorities >"$corpus/crl/authorities.der"
{ list '' -crlexts some; list ''; } >"$corpus/crl/some-reasons.der"
list "$(entry 260620000000Z,superseded)" -crlexts indirect >"$corpus/crl/indirect.der"
{ list ''; number=02 since=260801000000Z list "$(entry 260620000000Z,keyCompromise)" -crlexts delta; } \
    >"$corpus/crl/delta.der"

# OpenSSL's responder knows no Ed25519: a namesake of the authority answers, the target signs.
openssl req -x509 -config "$work/trust.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$work/answer.key" -subj '/CN=Fuzz 2' -extensions plain -out "$work/answer.pem" 2>/dev/null
today=$(date -u +%Y%m%d)
tomorrow=$(date -u -d tomorrow +%Y%m%d)
# The ResponseData about number 3, with this line of the index. The responder's clock cannot be
# set, so its dates are written over: nothing is signed yet.
response() {
    printf '%b' "$1" >"$work/trust.txt"
    openssl ocsp "${@:2}" -issuer "$work/2.pem" -serial 0x03 -no_nonce -reqout "$work/question.der"
    openssl ocsp -index "$work/trust.txt" -CA "$work/2.pem" -rsigner "$work/answer.pem" -ndays 1 \
        -rkey "$work/answer.key" -reqin "$work/question.der" -respout "$work/response.der" >/dev/null
    part "$work/response.der" "$(openssl asn1parse -inform DER -in "$work/response.der" |
        grep 'OCTET STRING' | head -n 1 | cut -d: -f1 | tr -d ' ')" "$work/basic.der"
    part "$work/basic.der" "$(offset "$work/basic.der" 1 1)" "$work/response.tbs"
    LC_ALL=C sed "s/$today[0-9]\{6\}Z/${since:-20260701000000Z}/g; s/$tomorrow[0-9]\{6\}Z/20270701000000Z/g" \
        "$work/response.tbs"
}
valid='V\t351231235959Z\t\t03\tunknown\t/CN=Fuzz 3\n'
response "$valid" >"$corpus/ocsp/good.der"
response "$valid" -sha256 >"$corpus/ocsp/sha256.der"
since=20260301000000Z response "$valid" >"$corpus/ocsp/old.der"
response "$(entry 260620000000Z,keyCompromise)" >"$corpus/ocsp/revoked.der"
response "$(entry 260620000000Z,superseded)" >"$corpus/ocsp/superseded.der"
response '' >"$corpus/ocsp/unknown.der"

# Policies of logs and witnesses; the keys are those of rfc-vectors/c2sp and of nobody.
{
    echo "log $(sed '1,/^$/d' rfc-vectors/c2sp/vkey-log1.txt) https://log.example/"
    echo "witness w1 $(sed '1,/^$/d' rfc-vectors/c2sp/vkey-witness1-0x04.txt)"
    echo 'quorum w1'
} >"$corpus/tlog_policy/one-witness.txt"
sed 's/^quorum.*/quorum none/; /^witness/d' "$corpus/tlog_policy/one-witness.txt" \
    >"$corpus/tlog_policy/no-witness.txt"
# A vkey of type 4 for NAME, its key the octet 32 times.
vkey() {
    key=04$(printf "$2%.0s" $(seq 32))
    id=$({ echo "$1"; echo "$key" | xxd -r -p; } | sha256sum | cut -c1-8)
    echo "$1+$id+$(echo "$key" | xxd -r -p | base64 -w0)"
}
{
    grep '^log' "$corpus/tlog_policy/one-witness.txt"
    for octet in 01 02 03 04; do
        echo "witness w$octet $(vkey "w$octet.example" "$octet") https://w$octet.example/"
    done
    printf '%s\n' '# two operators of two witnesses each' 'group left any w01 w02' \
        'group right 2 w03 w04' '' 'group both all left right' 'quorum both'
} >"$corpus/tlog_policy/groups.txt"
find "$corpus" -empty -delete

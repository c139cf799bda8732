import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.util.encoders.Hex;

/**
 * What BouncyCastle reads in tokens, and what it says of them.
 *
 * The argument is a file of lines "CASE tab PATH"; each line of the output is
 * "CASE tab FIELD tab VALUE". A field that begins with '#' is for people.
 */
public final class ReadTokens {
    private final PrintStream out;
    private final String name;
    private boolean readable;

    private ReadTokens(PrintStream out, String name) {
        this.out = out;
        this.name = name;
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] parts = line.split("\t");
            ReadTokens one = new ReadTokens(out, parts[0]);
            byte[] token = Files.readAllBytes(Path.of(parts[1]));
            one.read(token);
            one.judge(token);
        }
        out.flush();
    }

    private void say(String field, Object value) {
        out.println(name + "\t" + field + "\t" + value);
    }

    private void explain(String field, Throwable error) {
        String cause = error.getCause() == null ? "" : " / " + error.getCause();
        say("#" + field, (error + cause).replaceAll("\\s+", " "));
    }

    /** All fields or none: what cannot be read to its end is not read. */
    private void read(byte[] token) {
        List<String[]> fields = new ArrayList<>();
        try {
            CMSSignedData cms = new CMSSignedData(token);
            SignedData signed = SignedData.getInstance(cms.toASN1Structure().getContent());
            readSignedData(cms, signed, fields);
            if (signed.getSignerInfos().size() > 0) {
                readSigner(SignerInfo.getInstance(signed.getSignerInfos().getObjectAt(0)), fields);
            }
            ASN1Encodable content = signed.getEncapContentInfo().getContent();
            if (content != null) {
                readTstInfo(TSTInfo.getInstance(((ASN1OctetString) content).getOctets()), fields);
            }
        } catch (Exception | StackOverflowError error) {
            say("read", "no");
            explain("read", error);
            return;
        }
        readable = true;
        say("read", "yes");
        for (String[] field : fields) {
            say(field[0], field[1]);
        }
    }

    private static void add(List<String[]> fields, String field, Object value) {
        fields.add(new String[] {field, String.valueOf(value)});
    }

    private static void readSignedData(CMSSignedData cms, SignedData signed, List<String[]> fields)
            throws Exception {
        SortedLines algorithms = new SortedLines();
        for (ASN1Encodable one : signed.getDigestAlgorithms()) {
            algorithms.add(AlgorithmIdentifier.getInstance(one).getAlgorithm().getId());
        }
        ASN1OctetString content = (ASN1OctetString) signed.getEncapContentInfo().getContent();
        add(fields, "version", signed.getVersion().getValue());
        add(fields, "digest_algorithms", algorithms);
        add(fields, "content_type", signed.getEncapContentInfo().getContentType().getId());
        add(fields, "content", content == null ? "-" : digest(content.getOctets()));
        add(fields, "certificates", cms.getCertificates().getMatches(null).size());
        add(fields, "other_certificates", tagged(signed.getCertificates()));
        add(fields, "crls", cms.getCRLs().getMatches(null).size());
        add(fields, "other_revocation", tagged(signed.getCRLs()));
        add(fields, "signers", cms.getSignerInfos().size());
    }

    private static int tagged(ASN1Set choices) {
        int count = 0;
        if (choices != null) {
            for (ASN1Encodable one : choices) {
                count += one.toASN1Primitive() instanceof ASN1TaggedObject ? 1 : 0;
            }
        }
        return count;
    }

    private static void readSigner(SignerInfo signer, List<String[]> fields) throws Exception {
        ASN1Encodable sid = signer.getSID().getId().toASN1Primitive();
        if (signer.getSID().isTagged()) {
            add(fields, "sid", "key " + Hex.toHexString(ASN1OctetString.getInstance(sid).getOctets()));
        } else {
            add(fields, "sid", "serial " + IssuerAndSerialNumber.getInstance(sid).getSerialNumber().getValue());
        }
        add(fields, "signer_version", signer.getVersion().getValue());
        add(fields, "digest_algorithm", signer.getDigestAlgorithm().getAlgorithm().getId());
        add(fields, "signature_algorithm", signer.getDigestEncryptionAlgorithm().getAlgorithm().getId());
        add(fields, "signature", digest(signer.getEncryptedDigest().getOctets()));
        add(fields, "signed_attributes", attributes(signer.getAuthenticatedAttributes()));
        add(fields, "unsigned_attributes", attributes(signer.getUnauthenticatedAttributes()));
    }

    private static String attributes(ASN1Set set) {
        SortedLines lines = new SortedLines();
        if (set != null) {
            for (ASN1Encodable one : set) {
                Attribute attribute = Attribute.getInstance(one);
                lines.add(attribute.getAttrType().getId() + " " + attribute.getAttrValues().size());
            }
        }
        return lines.toString();
    }

    private static void readTstInfo(TSTInfo tst, List<String[]> fields) throws Exception {
        ASN1GeneralizedTime time = tst.getGenTime();
        add(fields, "tst_version", tst.getVersion().getValue());
        add(fields, "policy", tst.getPolicy().getId());
        add(fields, "imprint_algorithm", tst.getMessageImprint().getHashAlgorithm().getAlgorithm().getId());
        add(fields, "imprint", Hex.toHexString(tst.getMessageImprint().getHashedMessage()));
        add(fields, "serial", tst.getSerialNumber().getValue());
        add(fields, "gen_time", time.getTimeString());
        add(fields, "instant_ms", time.getDate().getTime());
        add(fields, "accuracy", accuracy(tst.getAccuracy()));
        add(fields, "ordering", tst.getOrdering() != null && tst.getOrdering().isTrue());
        add(fields, "nonce", tst.getNonce() == null ? "-" : tst.getNonce().getValue());
        add(fields, "tsa", tst.getTsa() != null);
        add(fields, "extensions", extensions(tst.getExtensions()));
    }

    private static String accuracy(Accuracy accuracy) {
        if (accuracy == null) {
            return "-";
        }
        return part(accuracy.getSeconds()) + " " + part(accuracy.getMillis()) + " " + part(accuracy.getMicros());
    }

    private static String part(ASN1Integer part) {
        return part == null ? "-" : part.getValue().toString();
    }

    private static String extensions(Extensions extensions) {
        List<String> all = new ArrayList<>();
        if (extensions != null) {
            for (var oid : extensions.getExtensionOIDs()) {
                Extension extension = extensions.getExtension(oid);
                all.add(oid.getId() + " " + extension.isCritical());
            }
        }
        return joined(all);
    }

    /** TimeStampToken.validate with the first certificate that the SignerInfo names. */
    private void judge(byte[] token) {
        String verdict;
        try {
            TimeStampToken stamp = new TimeStampToken(new CMSSignedData(token));
            @SuppressWarnings("unchecked")
            Collection<X509CertificateHolder> named = stamp.getCertificates().getMatches(stamp.getSID());
            if (named.isEmpty()) {
                verdict = "no signer";
            } else {
                X509CertificateHolder certificate = named.iterator().next();
                stamp.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate));
                verdict = "good";
            }
        } catch (Exception | StackOverflowError error) {
            explain("verdict", error);
            verdict = word(error);
        }
        say("verdict", verdict);
    }

    /** What it refuses for, by what it says; the first that fits counts. */
    private static final String[][] SAYINGS = {
        {"CMSSignerDigestMismatchException", "digest"},
        {"verifier not valid at signingTime", "dates"},
        {"certificate not valid when time stamp created", "dates"},
        {"signature not created by certificate", "signature"},
        {"certID", "binding"},
        {"no signing certificate attribute found", "binding"},
        {"ExtendedKeyUsage", "purpose"},
        {"message-digest", "attributes"},
        {"content-type", "attributes"},
        {"signing-time attribute", "attributes"},
        {"Algorithm Identifier Protection", "attributes"},
        {"error decoding signature bytes", "signature"},
        {"Supplied key", "signature"},
        {"Unknown signature type requested", "undecided"},
        {"no such algorithm", "undecided"},
        {"ContentInfo object not for a time stamp", "content"},
        {"but it must contain just the TSA signature", "signers"},
    };

    private String word(Throwable error) {
        String said = error + " " + error.getCause();
        for (String[] saying : SAYINGS) {
            if (said.contains(saying[0])) {
                return saying[1];
            }
        }
        return readable ? error.getClass().getSimpleName() : "unreadable";
    }

    private static String joined(List<String> lines) {
        return lines.isEmpty() ? "-" : String.join(",", lines);
    }

    private static String digest(byte[] octets) throws Exception {
        return Hex.toHexString(MessageDigest.getInstance("SHA-256").digest(octets));
    }

    /** Lines in the order of their characters, equal ones kept. */
    private static final class SortedLines {
        private final List<String> lines = new ArrayList<>();

        void add(String line) {
            lines.add(line);
        }

        @Override
        public String toString() {
            lines.sort(null);
            return joined(lines);
        }
    }
}

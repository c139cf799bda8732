//! [`DocBinding`]: what ties the place to the document.

super::field::enumerated! {
    /// How the imprint of the token and the evidence belong together.
    ///
    /// ```asn1
    /// DocBinding ::= ENUMERATED { requester(0), session(1), deviceSigned(2) }
    /// ```
    ///
    /// It says nothing about how well the place was shown: that is the level.
    DocBinding, "binding" {
        /// Whoever spoke RFC 3161, or held the ticket, presented the imprint.
        Requester = 0, "requester";
        /// The authenticated subject presented the imprint in the session of the evidence.
        Session = 1, "session";
        /// The attested key signed a nonce that was derived from the imprint.
        DeviceSigned = 2, "deviceSigned";
    }
}

//! [`AssuranceLevel`]: how well a place was shown.

super::field::enumerated! {
    /// How many independent kinds of evidence stand behind a place.
    ///
    /// ```asn1
    /// AssuranceLevel ::= ENUMERATED {
    ///   l0Asserted(0), l1NetworkCorroborated(1), l2DeviceAttested(2),
    ///   l3PhysicallyCorroborated(3), l4MultiParty(4) }
    /// ```
    ///
    /// Whether the evidence in the same claim earns it is not checked.
    AssuranceLevel, "level" {
        /// Somebody says so, and nothing contradicts it.
        L0Asserted = 0, "l0Asserted";
        /// A network or a database agrees.
        L1NetworkCorroborated = 1, "l1NetworkCorroborated";
        /// An attested device says so.
        L2DeviceAttested = 2, "l2DeviceAttested";
        /// Physics or a third party agrees.
        L3PhysicallyCorroborated = 3, "l3PhysicallyCorroborated";
        /// Several independent parties agree.
        L4MultiParty = 4, "l4MultiParty";
    }
}

//! [`PositionMethod`]: how a position was found.

super::field::enumerated! {
    /// How a position was found, as the subject says. See the method tokens of RFC 4119.
    ///
    /// ```asn1
    /// PositionMethod ::= ENUMERATED {
    ///   unknown(0), gnss(1), gnssAugmented(2), wifi(3), cell(4), fused(5),
    ///   ip(6), rtt(7), surveyed(8), manual(9) }
    /// ```
    PositionMethod, "method" {
        /// Not said.
        Unknown = 0, "unknown";
        /// A satellite receiver.
        Gnss = 1, "gnss";
        /// A satellite receiver with corrections.
        GnssAugmented = 2, "gnssAugmented";
        /// Wi-Fi networks in sight.
        Wifi = 3, "wifi";
        /// Cells of a mobile network.
        Cell = 4, "cell";
        /// Several sources, weighed by the platform.
        Fused = 5, "fused";
        /// An address on the Internet.
        Ip = 6, "ip";
        /// Round-trip times.
        Rtt = 7, "rtt";
        /// A surveyed mark.
        Surveyed = 8, "surveyed";
        /// Typed in.
        Manual = 9, "manual";
    }
}

// Package addresses reckons with IP addresses as access lists write them: single ones, CIDR blocks and ranges. It knows nothing
// of who has such lists.
package addresses

// Package auth says who we are: tokens and AK/SK signatures, as http.RoundTrippers around a transport. Credentials go
// to the hosts they were made for and to no other, and no value of this package shows them when it is printed.
package auth

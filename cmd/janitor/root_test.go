package main

import "testing"

func TestWhatTheEnvironmentSaysOfTheBackground(t *testing.T) {
	for says, want := range map[string]bool{
		"0;15": true, "0;default;15": true, "0;7": true, "12;11": true,
		"15;0": false, "7;8": false, "15;default;0": false, "15;default": false, "15": false, "0;115": false, "": false,
	} {
		if got := light(says); got != want {
			t.Errorf("%q: light %v, want %v", says, got, want)
		}
	}
}

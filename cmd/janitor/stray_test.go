package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
)

// What a server sends unasked, perhaps a certificate with its key, does not come to the terminal through the log of Go's
// HTTP library.
func TestStrayBytesOfAServerAreNotPrinted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(rw, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}-----BEGIN PRIVATE KEY-----")
		rw.Flush()
	}))
	defer server.Close()
	dir := t.TempDir()
	var said bytes.Buffer
	cmd := exec.Command("janitor", "list", "pools", "--endpoint", "elb="+server.URL)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir, "JANITOR_CONFIG=",
		"HW_ACCESS_KEY=k", "HW_SECRET_KEY=s", "HW_REGION_NAME=north-1", "HW_PROJECT_ID=0123456789abcdef0123456789abcdef")
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if text := said.Bytes(); bytes.Contains(text, []byte("PRIVATE KEY")) || !bytes.Contains(text, []byte("404")) {
		t.Errorf("%v: %s", err, text)
	}
}

package netconfd

import (
	"encoding/xml"
	"testing"
)

// TestConfigures: what only reads is known, and everything else belongs to
// configuring, whether the server has it or not.
func TestConfigures(t *testing.T) {
	for op, want := range map[string]bool{
		"get": false, "get-config": false, "create-subscription": false, "close-session": false,
		"lock": true, "unlock": true, "edit-config": true, "copy-config": true, "delete-config": true, "validate": true,
		"commit": true, "cancel-commit": true, "discard-changes": true, "kill-session": true, "edit-data": true,
	} {
		var message node
		if err := xml.Unmarshal([]byte(`<rpc message-id="1"><`+op+`/></rpc>`), &message); err != nil {
			t.Fatal(err)
		}
		if got := message.configures(); got != want {
			t.Errorf("%s belongs to configuring: %v, want %v", op, got, want)
		}
	}
}

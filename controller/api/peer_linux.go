package api

import (
	"net"
	"strconv"
	"syscall"
)

// peerUID returns the user id at the other end of a unix socket, as the kernel
// knows it.
func peerUID(c net.Conn) (string, bool) {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return "", false
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return "", false
	}
	var cred *syscall.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err != nil || credErr != nil {
		return "", false
	}
	return strconv.Itoa(int(cred.Uid)), true
}

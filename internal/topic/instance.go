package topic

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/segmentio/kafka-go"
)

// Instance is a name that one process at a time can have, and that the next
// one gets after its death, however it died.
type Instance struct {
	// Name is for Config.Instance.
	Name string

	file *os.File
}

// maxInstances bounds the processes that share a folder.
const maxInstances = 100

// TakeInstance takes the first name of a folder that no living process has,
// and makes one when there is none: processes that share a folder get
// different names. A name is kept in a file, which is locked while it is in
// use.
func TakeInstance(dir string) (*Instance, error) {
	for n := range maxInstances {
		i, err := takeInstance(filepath.Join(dir, fmt.Sprintf("instance-%d", n+1)))
		if !errors.Is(err, ErrInUse) {
			return i, err
		}
	}
	return nil, fmt.Errorf("take a name in %s: %d processes have one", dir, maxInstances)
}

func takeInstance(path string) (*Instance, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("take a name: %w", err)
	}
	name, err := nameIn(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take the name in %s: %w", path, err), f.Close())
	}
	return &Instance{name, f}, nil
}

// nameIn locks a file and reads the name in it, or writes a new one. Behind the
// name stands the id of the file: a copy of the folder, whose process may run
// beside ours, has no right to the name.
func nameIn(f *os.File) (string, error) {
	if err := tryLock(f); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err != nil {
		return "", err
	}
	id, err := FileID(f.Name())
	if err != nil {
		return "", err
	}
	if words := strings.Fields(string(text)); len(words) == 2 && words[1] == fmt.Sprint(id) {
		return words[0], nil
	}
	name := strings.ToLower(rand.Text()[:10])
	if err := f.Truncate(0); err != nil {
		return "", err
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "%s %d\n", name, id), 0)
	return name, err
}

// Release lets another process have the name.
func (i *Instance) Release() error { return i.file.Close() }

// memberID is how the cluster knows the members of this process.
func (c *Cluster) memberID() string {
	if c.cfg.Instance == "" {
		return c.cfg.ClientID
	}
	return c.cfg.ClientID + "-" + c.cfg.Instance
}

// bury takes those members out of the group that a process of our name left
// there when it was killed. The group would wait for their answer, and for
// that of one killed while it joined twice as long. Where it does not succeed
// the group throws them out by itself.
func (r *Reader) bury(ctx context.Context) {
	if r.cluster.cfg.Instance == "" {
		return
	}
	dead, err := r.cluster.left(ctx, r.group)
	if err == nil && len(dead) > 0 {
		_, err = r.cluster.client.LeaveGroup(ctx, &kafka.LeaveGroupRequest{GroupID: r.group, Members: dead})
	}
	r.cluster.log.Debug("left the group for those before us", "group", r.group, "members", len(dead), "error", err)
}

// left finds the members of a group that have our name.
func (c *Cluster) left(ctx context.Context, group string) ([]kafka.LeaveGroupRequestMember, error) {
	described, err := c.describeGroup(ctx, group)
	if err != nil {
		return nil, err
	}
	var dead []kafka.LeaveGroupRequestMember
	for _, m := range described.Members {
		if m.ClientID == c.memberID() {
			dead = append(dead, kafka.LeaveGroupRequestMember{ID: m.MemberID})
		}
	}
	return dead, nil
}

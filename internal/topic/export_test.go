package topic

// Connections counts those that the cluster has open for reading and writing.
func (c *Cluster) Connections() int64 {
	c.conns.mu.Lock()
	defer c.conns.mu.Unlock()
	return int64(len(c.conns.open))
}

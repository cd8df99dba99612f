"""The core of Fabric: records, mapping, graph, history, discovery."""

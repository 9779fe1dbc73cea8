/**
 * All that is used of Milvus' own client. It is 1.7 MB, so it is a bundle of its own (esbuild.mjs), loaded when the
 * first server is asked.
 */
export { ConsistencyLevelEnum, DataType, IndexType, MetricType, MilvusClient } from "@zilliz/milvus2-sdk-node";

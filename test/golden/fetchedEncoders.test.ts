/** Encoders that no installation carries: fetched and built on the first run, some hundred megabytes, and kept in the cache. */
import { describeAgainstPublisher, encoderForTests } from "./againstPublisher.ts";

const encoder = encoderForTests();

describeAgainstPublisher(encoder, "all-mpnet-base-v2", ["fp32", "w8"]);
describeAgainstPublisher(encoder, "multilingual-e5-small-q4", ["q4"]);
describeAgainstPublisher(encoder, "e5-small-en-pt-q4", ["q4"]);
describeAgainstPublisher(encoder, "use-multilingual-v3", ["fp16", "fp32"]);
describeAgainstPublisher(encoder, "wordllama-l2-256", ["w8", "fp32"]);

export declare function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
export declare function gunzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;

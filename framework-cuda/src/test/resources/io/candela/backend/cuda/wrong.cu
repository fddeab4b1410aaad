extern "C" __global__ void wrong() { return 1 +; }

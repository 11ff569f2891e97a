namespace OwlBoard.Services.Storage;

/// <summary>The exception for unusable storage. The message states what the operator must fix.</summary>
internal sealed class StorageException(string message, Exception? cause = null) : Exception(message, cause);
